"""What files are taken for: the part that each column and each file plays, and the configuration for it."""
