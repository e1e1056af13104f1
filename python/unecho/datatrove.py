"""A step of a datatrove pipeline. datatrove spreads the work over processes, so that each uses one thread."""

from typing import TYPE_CHECKING

from datatrove.data import DocumentsPipeline
from datatrove.pipeline.base import PipelineStep

from unecho._types import Markup, Options
from unecho._unecho import Deduplicator

if TYPE_CHECKING:
    from typing_extensions import Unpack


class EchoRemover(PipelineStep):
    """Cleans the text of each document, and notes in its metadata how many paragraphs went. A text that cannot be
    cleaned stays as it is, with the reason in its metadata."""

    type = "✂️ - FORMAT"
    name = "🔁 unecho"

    def __init__(self, markup: Markup = "text", **options: "Unpack[Options]") -> None:
        super().__init__()
        self.markup: Markup = markup
        options.setdefault("threads", 1)
        self.dedup = Deduplicator(**options)

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        """Cleans document after document."""
        for document in data:
            self.stat_update("total")
            with self.track_time():
                try:
                    found = self.dedup.find(document.text, self.markup)
                    document.text = found.cleaned
                    document.metadata["unecho_removed"] = found.removed
                    self.stat_update("removed", value=found.removed)
                except (TypeError, ValueError) as error:
                    document.metadata["unecho_error"] = str(error)
                    self.stat_update("failed")
            yield document
