"""The bundled songs and digits, built from packages that ship them."""
