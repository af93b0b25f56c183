"""From a file of the user's to the tables of the workflow; bad input is refused here."""
