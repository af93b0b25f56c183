"""From a file of the user's to the tables of the workflow; bad input is refused here."""

from latefusion.ingest.assemble import ingest
from latefusion.ingest.columns import Modality
from latefusion.ingest.facts import IngestFacts, TrainingFile

__all__ = ["IngestFacts", "Modality", "TrainingFile", "ingest"]
