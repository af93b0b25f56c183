"""Result tables, one a file."""
