"""What joins several stages: classifying new items, the learning curve."""
