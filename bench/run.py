"""make bench: gdpr_ext beside hand-written SQL, in one run on a throwaway cluster. See README.md in this directory."""

import argparse
import importlib
import json
import os
import sys
import time
from pathlib import Path

import measure

BENCHMARKS = [
    "one_customer", "five_hundred", "large_subject", "thousand_subjects", "anonymise_one", "anonymise_ten_thousand", "erase_ten_thousand", "on_delete_bulk", "masking",
    "log", "rerun", "export", "search", "find", "scrub", "check",
]
# What takes too long to be run with the others.
ON_DEMAND = ["scrub_large"]
REPORT = Path(__file__).resolve().parent.parent / "target" / "bench.json"

COLUMNS = [
    ("benchmark", "benchmark", str),
    ("case", "case", str),
    ("rows", "rows", "{:,}".format),
    ("hand", "compared with", str),
    ("hand_ms", "its ms", "{:,.2f}".format),
    ("ours_ms", "gdpr_ext ms", "{:,.2f}".format),
    ("ratio", "ratio", "{:.2f}".format),
    ("spread", "rounds", str),
    ("goal", "goal", "{:g}".format),
    ("verdict", "", str),
]
LARGE_COLUMNS = [
    ("case", "memory and pace", str),
    ("collect_rows_per_second", "gdpr_collect rows/s", "{:,.0f}".format),
    ("hand_rows_per_second", "by hand rows/s", "{:,.0f}".format),
    ("collect_peak_mb", "VmHWM MB", "{:,.0f}".format),
    ("hand_peak_mb", "by hand", "{:,.0f}".format),
    ("collect_private_mb", "private MB", "{:,.0f}".format),
    ("hand_private_mb", "by hand", "{:,.0f}".format),
]
WRITTEN_COLUMNS = [
    ("case", "memory and WAL", str),
    ("ours_wal_mb", "gdpr_ext WAL MB", "{:,.1f}".format),
    ("hand_wal_mb", "by hand", "{:,.1f}".format),
    ("ours_peak_mb", "VmHWM MB", "{:,.0f}".format),
    ("hand_peak_mb", "by hand", "{:,.0f}".format),
    ("ours_private_mb", "private MB", "{:,.0f}".format),
    ("hand_private_mb", "by hand", "{:,.0f}".format),
]
# What stands beside nothing written by hand.
EXPORTED_COLUMNS = [
    ("case", "documents", str),
    ("export_s", "s", "{:,.2f}".format),
    ("result_mb", "result MB", "{:,.1f}".format),
    ("data_mb", "data.json MB", "{:,.1f}".format),
    ("export_peak_mb", "VmHWM +MB", "{:,.0f}".format),
    ("export_private_mb", "private +MB", "{:,.0f}".format),
    ("multiple", "private by data.json", "{:,.2f}".format),
    ("multiple_goal", "goal", "{:.1f}".format),
    ("multiple_verdict", "", str),
]
SCRUBBED_COLUMNS = [
    ("case", "a whole table", str),
    ("scrub_s", "s", "{:,.2f}".format),
    ("table_mb", "table MB after", "{:,.0f}".format),
    ("scrub_wal_mb", "WAL MB", "{:,.0f}".format),
    ("scrub_peak_mb", "VmHWM MB", "{:,.0f}".format),
    ("scrub_private_mb", "private MB", "{:,.0f}".format),
    ("workers_private_mb", "with workers", "{:,.0f}".format),
]
SEALED_COLUMNS = [
    ("case", "sealed and verified", str),
    ("seal_s", "gdpr_log_seal s", "{:,.2f}".format),
    ("sealed_per_second", "events/s", "{:,.0f}".format),
    ("verify_s", "gdpr_log_verify s", "{:,.2f}".format),
    ("verified_per_second", "events/s", "{:,.0f}".format),
]
MIRRORED_COLUMNS = [
    ("case", "with a mirror", str),
    ("hand_ms", "without ms", "{:,.3f}".format),
    ("ours_ms", "with ms", "{:,.3f}".format),
    ("added_ms", "added ms", "{:,.3f}".format),
]
SENT_COLUMNS = [
    ("case", "sent to the mirror", str),
    ("sync_s", "gdpr_log_mirror_sync s", "{:,.2f}".format),
    ("sent_per_second", "events/s", "{:,.0f}".format),
]


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--socket", required=True, help="directory of the cluster's unix socket")
    arguments.add_argument("--quick", action="store_true", help="few rounds, and nothing of more than 121,000 rows: shows that it runs, not how fast")
    arguments.add_argument("names", nargs="*", metavar="name", help=f"one or more of {', '.join(BENCHMARKS + ON_DEMAND)} (default: all but {', '.join(ON_DEMAND)})")
    given = arguments.parse_args()
    unknown = sorted(set(given.names) - set(BENCHMARKS + ON_DEMAND))
    if unknown:
        arguments.error(f"no such benchmark: {', '.join(unknown)} (there are {', '.join(BENCHMARKS + ON_DEMAND)})")

    report = {"settings": measure.settings(given.socket), "cpus": os.cpu_count(), "load": os.getloadavg()[0], "quick": given.quick, "lines": []}
    print(", ".join(f"{name} = {value}" for name, value in report["settings"].items()))
    print(f"cpus = {report['cpus']}, load average at the start = {report['load']:.2f}")
    try:
        for name in given.names or BENCHMARKS:
            begin = time.monotonic()
            for line in importlib.import_module(name).run(given.socket, given.quick):
                report["lines"].append(judged({"benchmark": name, **line}))
            print(f"{name}: done in {time.monotonic() - begin:.0f} s", flush=True)
    except measure.RowsDiffer as difference:
        sys.exit(f"{name}: {difference}")

    print_table(COLUMNS, [line for line in report["lines"] if "ratio" in line])
    for columns in (LARGE_COLUMNS, WRITTEN_COLUMNS, SCRUBBED_COLUMNS, SEALED_COLUMNS, MIRRORED_COLUMNS, SENT_COLUMNS):
        print_table(columns, [line for line in report["lines"] if all(key in line for key, _, _ in columns)])
    # Only one of them has a goal.
    print_table(EXPORTED_COLUMNS, [line for line in report["lines"] if "multiple" in line])
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n")
    print(f"\nwritten to {REPORT}")


def judged(line):
    if "ratio" in line:
        line["spread"] = f"{line['ratio_min']:.2f}..{line['ratio_max']:.2f}"
    if "goal" in line:
        line["verdict"] = "met" if line["ratio"] <= line["goal"] else "MISSED"
    return line


def print_table(columns, lines):
    if not lines:
        return
    print()
    cells = [[title for _, title, _ in columns]]
    cells += [[form(line[key]) if key in line else "" for key, _, form in columns] for line in lines]
    widths = [max(len(row[place]) for row in cells) for place in range(len(columns))]
    numbers = [not isinstance(form, type) for _, _, form in columns]
    for row in cells:
        aligned = (cell.rjust(width) if number else cell.ljust(width) for cell, width, number in zip(row, widths, numbers))
        print("  ".join(aligned).rstrip())


if __name__ == "__main__":
    main()
