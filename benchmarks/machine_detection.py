"""Answering machine detection on made-up answers: our own detector and Asterisk's app_amd, as confusion matrices.

The answers are those of `simulation/answers.py`: people, voicemail greetings, networks and nobody, in two parts that share no
voice, text or beep. Ours hears each sound as AudioSocket brings it, 20 ms at a time. app_amd hears it in a real Asterisk, on
a channel at which the other side plays it, `--at-once` side by side: once as amd.conf of this product has it, once with
the values of Asterisk's own sample file.

    python -m benchmarks.machine_detection [--part development held_out] [--ports 27000] [--at-once 40] [--json]
"""

import argparse
import asyncio
import re
import statistics
import time
import wave
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.machine.detector import Detector, load_speech_model
from benchmarks.rig.asterisk import Rig, rig
from benchmarks.rig.tables import Cell, show, tell
from calls.words import AmdVerdict
from dialer.machine import Opinion, opinion_of_app_amd
from simulation.answers import RATE, Answer, Part, answers

PIECE_SAMPLES = 160
LIMIT_SECONDS = 900.0
SAMPLE_FILE = "2500,1500,800,5000,100,50,3,256,5000"
_MODULES = ("func_db.so", "res_clioriginate.so")
_DIALPLAN = """
[machine-answer]
exten => _X.,1,Answer()
 same => n,Playback({folder}/${{EXTEN}})
 same => n,Wait(30)

[machine-ours]
exten => _X.,1,Set(BEGAN=${{STRFTIME(,,%s%3q)}})
 same => n,AMD()
 same => n,Set(DB(ours/${{EXTEN}})=${{AMDSTATUS}}/${{AMDCAUSE}}/$[${{STRFTIME(,,%s%3q)}} - ${{BEGAN}}])
 same => n,Hangup()

[machine-sample]
exten => _X.,1,Set(BEGAN=${{STRFTIME(,,%s%3q)}})
 same => n,AMD({sample})
 same => n,Set(DB(sample/${{EXTEN}})=${{AMDSTATUS}}/${{AMDCAUSE}}/$[${{STRFTIME(,,%s%3q)}} - ${{BEGAN}}])
 same => n,Hangup()
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer, and what a detector said of it: `first` as soon as it said anything but unsure, `last` in the end."""

    answer: Answer
    first: Opinion
    last: Opinion


def judged_by_us(sounds: Iterable[Answer]) -> tuple[list[Judged], float]:
    """Our detector's opinions, and its processor seconds for each second of sound."""
    model, judged, heard = load_speech_model(), [], 0.0
    began = time.process_time()
    for answer in sounds:
        detector = Detector(model)
        opinions: list[Opinion] = []
        for at in range(0, len(answer.samples), PIECE_SAMPLES):
            opinion = detector.feed(answer.samples[at : at + PIECE_SAMPLES].tobytes())
            opinions += [] if opinion is None else [opinion]
            heard += PIECE_SAMPLES / RATE
            if detector.done:
                break
        none = Opinion(AmdVerdict.UNSURE, "none", certain=False, seconds=len(answer.samples) / RATE)
        judged.append(Judged(answer, (opinions or [none])[0], (opinions or [none])[-1]))
    return judged, (time.process_time() - began) / heard


async def judged_by_app_amd(bed: Rig, sounds: Sequence[Answer], way: str, at_once: int) -> list[Judged]:
    """app_amd's opinions, `way` being the dialplan's."""
    folder = bed.node.state_dir / "spool" / "tmp"
    for number, answer in enumerate(sounds):
        _write(folder / f"{100 + number}.wav", answer)
    names, found = [str(100 + number) for number in range(len(sounds))], dict[str, str]()
    waiting = list(reversed(names))
    async with asyncio.timeout(LIMIT_SECONDS):
        while len(found) < len(names):
            while waiting and len(names) - len(waiting) - len(found) < at_once:
                name = waiting.pop()
                await bed.instance.command(
                    f"channel originate Local/{name}@machine-answer extension {name}@machine-{way}"
                )
            await asyncio.sleep(0.5)
            table = await bed.instance.command(f"database show {way}")
            found = dict(re.findall(rf"^/{way}/(\d+) *: (\S+)", table, re.MULTILINE))
    return [_by_app_amd(answer, found[name]) for answer, name in zip(sounds, names, strict=True)]


def _by_app_amd(answer: Answer, told: str) -> Judged:
    detail, _, milliseconds = told.rpartition("/")
    verdict, reason = opinion_of_app_amd(detail)
    opinion = Opinion(verdict, reason, certain=False, seconds=int(milliseconds) / 1000)
    return Judged(answer, opinion, opinion)


def matrix(judged: Sequence[Judged]) -> list[dict[str, Cell]]:
    """A row for each kind of answer: how often which verdict, and the median seconds to the first."""
    by_kind: dict[tuple[AmdVerdict, str], list[Judged]] = defaultdict(list)
    for each in judged:
        by_kind[each.answer.truth, each.answer.kind].append(each)
    rows: list[dict[str, Cell]] = []
    for (truth, kind), of_kind in by_kind.items():
        said = Counter(each.last.verdict for each in of_kind)
        rows.append(
            {
                "truth": "nobody" if truth is AmdVerdict.UNSURE else truth.value,
                "what": kind,
                **{verdict.value: said[verdict] for verdict in AmdVerdict},
                "certainly machine": sum(each.last.certain for each in of_kind),
                "median s": statistics.median(each.first.seconds for each in of_kind),
                "reasons": ", ".join(
                    f"{reason} {count}"
                    for reason, count in Counter(each.last.reason for each in of_kind).most_common()
                ),
            }
        )
    return rows


def _write(file: Path, answer: Answer) -> None:
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(answer.samples.tobytes())


async def _prepare(bed: Rig) -> None:
    folder = bed.node.state_dir / "spool" / "tmp"
    with (bed.node.state_dir / "etc" / "extensions.conf").open("a") as file:
        file.write(_DIALPLAN.format(folder=folder, sample=SAMPLE_FILE))
    for module in _MODULES:
        await bed.instance.command(f"module load {module}")
    await bed.instance.command("dialplan reload")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--part", nargs="+", type=Part, choices=list(Part), default=list(Part))
    parser.add_argument("--ports", type=int, default=27000)
    parser.add_argument("--at-once", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    figures: dict[str, object] = {}
    async with rig(0, asked.ports) as bed:
        await _prepare(bed)
        for part in asked.part:
            sounds = list(answers(part))
            for way in ("ours", "sample"):
                await bed.instance.command(f"database deltree {way}")
            ours, load = await asyncio.to_thread(judged_by_us, sounds)
            tables = {
                "features": ours,
                "app_amd": await judged_by_app_amd(bed, sounds, "ours", asked.at_once),
                "app_amd, sample file's values": await judged_by_app_amd(
                    bed, sounds, "sample", asked.at_once
                ),
            }
            print(
                f"{part}: {len(sounds)} answers; ours takes {load * 1000:.0f} ms of processor a second of sound"
            )
            for name, judged in tables.items():
                print(f"\n{part}, {name}")
                show(rows := matrix(judged))
                figures[f"{part} {name}"] = rows
            print()
    if asked.json:
        tell("machine_detection", figures)


if __name__ == "__main__":
    asyncio.run(main())
