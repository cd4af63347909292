"""Who picked up: a person, a machine, or not to be told. Pure: frames of sound in, at most a few opinions out.

Theory. A person who picks up says little ("Hallo?", "Met Jansen") and then waits; a voicemail greeting goes on for several
seconds with short pauses and ends in a beep; a network announcement may begin with three rising tones (SIT). So speech is
gathered into a greeting, which a pause ends, and tones are gathered by their pitch. What decides, first match first:

    sit             three rising tones                                           machine, certain
    beep            a tone right after a greeting, and nothing said after it     machine; certain after a long greeting
    long_greeting   speech that goes on as hardly a person's does                machine, not certain: the beep may follow
    short_answer    a greeting shorter than a machine's, then a pause            person
    long_answer     one that might be a short machine's, then a longer pause     person
    the limit       ring_back, silence, no_speech (music, noise) or unclear      unsure

The customer is with an agent all the while; a wrong opinion costs nothing unless somebody hangs up on it. Therefore a
machine is `certain` by tones alone, never by the length of speech.
"""

from dataclasses import dataclass, replace

from calls.words import AmdVerdict

FRAME_SECONDS = 0.032
NOTHING_SAID_SECONDS = 8.0
UNCLEAR_SECONDS = 15.0
BEEP_LIMIT_SECONDS = 30.0

_SPEECH_BEGINS, _SPEECH_GOES_ON = 0.5, 0.35
_SHORT_SECONDS, _SHORT_PAUSE = 2.4, 0.8
_LONG_SECONDS, _LONG_PAUSE = 4.2, 1.2
_TONE_SECONDS, _SAME_TONE_HERTZ = 0.12, 20.0
_BEEP_SECONDS, _BEEP_AFTER, _BEEP_QUIET = 2.5, 3.0, 0.8
_BEEP_GREETING, _CERTAIN_GREETING = 1.2, 3.0
_SIT_HERTZ = ((890.0, 1010.0), (1340.0, 1460.0), (1740.0, 1830.0))
_SIT_SECONDS = (0.2, 0.5)
_RING_BACK_HERTZ, _RING_BACK_SECONDS = (413.0, 437.0), 0.8
_QUIET_DB = -50.0


@dataclass(frozen=True, slots=True)
class Frame:
    """32 ms of the customer's sound.

    `speech`: how likely it is speech, 0 to 1; `level_db`: of full scale; `tone_hertz`: its pitch when it is a plain tone.
    """

    speech: float
    level_db: float
    tone_hertz: float | None


@dataclass(frozen=True, slots=True)
class Opinion:
    """What was heard, the rule that says so, and how long it took. Only a certain machine may be hung up on."""

    verdict: AmdVerdict
    reason: str
    certain: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Tone:
    """A plain tone, and how long it had been quiet before it."""

    hertz: float
    seconds: float
    quiet_before: float


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was heard so far. `opinion` is the latest one; `done`: no other will follow.

    `greeting` lasts from the first speech to the latest, pauses included; `quiet` counts from the latest speech or tone;
    `tones` are the latest three that have ended.
    """

    seconds: float = 0.0
    speaking: bool = False
    greeting: float = 0.0
    quiet: float = 0.0
    loudest_db: float = -100.0
    tone: Tone | None = None
    tones: tuple[Tone, ...] = ()
    tone_was_last: bool = False
    opinion: Opinion | None = None
    done: bool = False


def hear(hearing: Hearing, frame: Frame) -> Hearing:
    """Take in the next frame. An opinion is final, except that a long greeting may become certain by its beep."""
    if hearing.done:
        return hearing
    heard = _gather(hearing, frame)
    found = _rule(heard)
    if found is None:
        return replace(heard, done=heard.seconds >= BEEP_LIMIT_SECONDS)
    verdict, reason, certain = found
    opinion = Opinion(verdict, reason, certain, heard.seconds)
    return replace(heard, opinion=opinion, done=reason != "long_greeting")


def opinion_of_app_amd(detail: str) -> tuple[AmdVerdict, str]:
    """What Asterisk's own detector means by `AMDSTATUS/AMDCAUSE`: a verdict, never certain, and its rule in one word."""
    status, _, cause = detail.partition("/")
    verdict = {"MACHINE": AmdVerdict.MACHINE, "HUMAN": AmdVerdict.PERSON}.get(status, AmdVerdict.UNSURE)
    word = cause.partition("-")[0].lower()
    return verdict, word if word.isalpha() else "unknown"


def _gather(hearing: Hearing, frame: Frame) -> Hearing:
    tone, tones = _follow_tone(hearing, frame.tone_hertz), hearing.tones
    sounding = tone is not None and tone.seconds >= _TONE_SECONDS
    ended = hearing.tone is not None and (tone is None or tone.seconds < hearing.tone.seconds)
    if ended and hearing.tone is not None and hearing.tone.seconds >= _TONE_SECONDS:
        tones = (*tones, hearing.tone)[-3:]
    speaking = not sounding and frame.speech >= (_SPEECH_GOES_ON if hearing.speaking else _SPEECH_BEGINS)
    heard = replace(
        hearing,
        seconds=hearing.seconds + FRAME_SECONDS,
        speaking=speaking,
        loudest_db=max(hearing.loudest_db, frame.level_db),
        tone=tone,
        tones=tones,
    )
    if sounding:
        return replace(heard, quiet=0.0, tone_was_last=True)
    if not speaking:
        return replace(heard, quiet=hearing.quiet + FRAME_SECONDS)
    pause = hearing.quiet if hearing.greeting else 0.0
    return replace(heard, greeting=hearing.greeting + pause + FRAME_SECONDS, quiet=0.0, tone_was_last=False)


def _follow_tone(hearing: Hearing, hertz: float | None) -> Tone | None:
    going = hearing.tone
    if hertz is None:
        return None
    if going is not None and abs(going.hertz - hertz) <= _SAME_TONE_HERTZ:
        return replace(going, seconds=going.seconds + FRAME_SECONDS)
    return Tone(hertz, FRAME_SECONDS, hearing.quiet)


def _rule(heard: Hearing) -> tuple[AmdVerdict, str, bool] | None:
    if _is_sit(heard.tones):
        return AmdVerdict.MACHINE, "sit", True
    if _is_beep(heard):
        return AmdVerdict.MACHINE, "beep", heard.greeting >= _CERTAIN_GREETING
    if heard.opinion is not None:
        return None
    if heard.greeting >= _LONG_SECONDS:
        return AmdVerdict.MACHINE, "long_greeting", False
    if heard.greeting and not heard.tone_was_last:
        if heard.quiet >= _SHORT_PAUSE and heard.greeting <= _SHORT_SECONDS:
            return AmdVerdict.PERSON, "short_answer", False
        if heard.quiet >= _LONG_PAUSE:
            return AmdVerdict.PERSON, "long_answer", False
    if heard.seconds >= (UNCLEAR_SECONDS if heard.greeting else NOTHING_SAID_SECONDS):
        return AmdVerdict.UNSURE, _why_unsure(heard), False
    return None


def _is_sit(tones: tuple[Tone, ...]) -> bool:
    return len(tones) == len(_SIT_HERTZ) and all(
        _within(tone.hertz, band) and _within(tone.seconds, _SIT_SECONDS)
        for tone, band in zip(tones, _SIT_HERTZ, strict=True)
    )


def _is_beep(heard: Hearing) -> bool:
    if not heard.tone_was_last or not heard.tones or heard.quiet < _BEEP_QUIET:
        return False
    tone = heard.tones[-1]
    return (
        heard.greeting >= _BEEP_GREETING
        and tone.seconds <= _BEEP_SECONDS
        and tone.quiet_before <= _BEEP_AFTER
        and not _within(tone.hertz, _RING_BACK_HERTZ)
    )


def _why_unsure(heard: Hearing) -> str:
    if heard.greeting:
        return "unclear"
    if any(
        _within(tone.hertz, _RING_BACK_HERTZ) and tone.seconds >= _RING_BACK_SECONDS for tone in heard.tones
    ):
        return "ring_back"
    return "silence" if heard.loudest_db < _QUIET_DB else "no_speech"


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]
