"""One market (item 4.1): the wage-arrears list with joint consequences, and screening."""
