"""What changes the appraisals of the network: runs."""
