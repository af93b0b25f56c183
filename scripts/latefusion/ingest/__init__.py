"""From a file of the user's to the tables of the workflow; bad input is refused here."""

from latefusion.ingest.assemble import IngestFacts, ingest
from latefusion.ingest.columns import Modality

__all__ = ["IngestFacts", "Modality", "ingest"]
