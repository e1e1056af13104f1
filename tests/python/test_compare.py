"""The comparison runs, and finds unecho the best of those it compares."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_comparison_runs(tmp_path):
    articles = tmp_path / "articles.jsonl"
    texts = (path.read_text() for path in (ROOT / "corpus" / "articles").glob("*.txt"))
    articles.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    labelled = ROOT / "corpus" / "labelled.jsonl"
    run = [sys.executable, ROOT / "benches" / "compare.py", labelled, articles]
    lines = subprocess.run(run, capture_output=True, text=True, check=True).stdout.splitlines()
    rows = [line.split(" | ") for line in lines if line.startswith("| ")][1:]
    f1 = {row[0].strip("| "): float(row[1]) for row in rows}
    assert len(f1) == 5 and max(f1, key=f1.get) == "unecho" and f1["unecho"] > 0.9
