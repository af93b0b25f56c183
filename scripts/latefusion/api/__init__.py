"""What people import from `latefusion` itself. It may import every room; no room and no job imports it."""
