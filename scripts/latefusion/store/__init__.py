"""The tables, models and other files on disk, and the only code that reads and writes them."""
