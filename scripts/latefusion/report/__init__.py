"""The page: what the tables say, in sentences, tables and charts, in one file that needs no network."""
