"""What changes the passes: rules loaded, grants kept, checks, violations, withdrawals, renewals."""
