"""Late fusion of several embeddings per item: SVMs, fusion rules and honest evaluation."""

__version__ = "0.1.0"
