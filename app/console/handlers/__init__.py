"""What the server does for each operation of the API."""
