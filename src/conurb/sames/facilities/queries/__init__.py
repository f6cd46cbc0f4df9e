"""What pages, the API and documents read of the network and its appraisals."""
