"""The Spark plan on a cluster of Apache Spark, one of whose executors is killed on the way: the same rows come out.

    python tests/python/cluster.py ARTICLES.jsonl [--master local-cluster[2,1,1024]] [--articles N]

For a person to run, not for every commit: it needs Java, pyspark, pandas<3, pyarrow and unecho.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")

from pyspark.sql import SparkSession  # noqa: E402  # after its environment

import unecho  # noqa: E402
import unecho.spark  # noqa: E402


def executors() -> list[int]:
    """The processes of this cluster's executors: descendants of this one."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    parents, found = {}, []
    for line in listed.splitlines():
        pid, parent, command = line.split(maxsplit=2)
        parents[int(pid)] = int(parent)
        if "CoarseGrainedExecutorBackend" in command:
            found.append(int(pid))

    def ours(pid: int) -> bool:
        return pid == os.getpid() or (pid in parents and ours(parents[pid]))

    return [pid for pid in found if ours(pid)]


def kill_one(after: float, killed: list[int]) -> None:
    time.sleep(after)
    killed.append(executors()[0])
    os.kill(killed[0], signal.SIGKILL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--master", default="local-cluster[2,1,1024]")
    parser.add_argument("--articles", dest="most", type=int, metavar="N", default=8000)
    parser.add_argument("--kill-after", type=float, metavar="SECONDS", default=3.0)
    arguments = parser.parse_args()
    with arguments.articles.open(encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line, _ in zip(file, range(arguments.most))]
    expected = [row.text for row in unecho.Deduplicator().clean_many(texts)]
    builder = SparkSession.builder.master(arguments.master).config("spark.ui.enabled", "false")
    spark = builder.config("spark.executor.memory", "1g").config("spark.sql.shuffle.partitions", "8").getOrCreate()
    frame = spark.createDataFrame(list(enumerate(texts)), "id long, text string").repartition(32).cache()
    assert frame.count() == len(texts)
    for kill in (False, True):
        killed: list[int] = []
        killer = threading.Thread(target=kill_one, args=(arguments.kill_after, killed))
        if kill:
            killer.start()
        start = time.monotonic()
        rows = {row.id: row for row in unecho.spark.clean(frame).collect()}
        took = time.monotonic() - start
        if kill:
            killer.join()
        same = sum(rows[number].text == text for number, text in enumerate(expected))
        removed = sum(row.text_removed for row in rows.values())
        what = f"executor {killed[0]} killed" if killed else "undisturbed"
        print(f"{arguments.master}, {what}: {len(rows)} rows, {same} the same bytes, {removed} removed, {took:.1f} s")
        assert same == len(texts) == len(rows)
    spark.stop()


main()
