"""When the next request may be sent, so that the API's limit is used up and not exceeded: plain numbers, no waiting.

Sends are counted, not answers: a request is planned so that every window of the limit, a measured margin for jitter
longer than the API's, holds no more planned sends than allowed. Where headers state the limit it is taken from them;
where not, a careful rate grows until the API refuses, and is then kept below what was let through.
"""

from __future__ import annotations

import bisect
import math
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .stated_limits import StatedLimit, retry_after, stated_limits

__all__ = ["Pacing", "Window"]

CAREFUL_RATES = {False: 5.0, True: 20.0}  # requests/s, by whether a key is sent; reports say 10 and 100
_FASTEST = 1000.0  # requests/s, where nothing ever refuses
# Sends remembered: a limit that allows more in one window is not counted.
_LARGEST_COUNT, _FEWEST_KEPT = 100_000, 2000
_FEWEST_HELD_BACK = 5  # of so few in a window, one that is late costs more than it endangers
_GAP = 0.01  # seconds between two sends: a burst does not pile up
_OK, _TOO_MANY = 200, 429

# The margin: how much a round trip varies.
_ROUND_TRIPS, _FEWEST_ROUND_TRIPS = 150, 10
_DEVIATIONS, _SMALLEST_MARGIN, _LONGEST_MARGIN = 3.5, 0.015, 5.0
_LARGEST_MARGIN = 0.15  # a share of the window
_ANSWERS_TO_BE_SURE = 200
_LATE_FADES, _LATE_MARGIN = 0.99, 0.035  # of the latest, at every tenth answer; a share of the window

# A rate that is not stated.
_GROWTH, _USED_UP = 1.15, 0.8
_BELOW_FOUND, _PROBE, _SMALLEST_PROBE = 0.9, 1.05, 0.3  # the last in requests/s
_QUICK_PROBES, _FIRST_PROBES, _SLOWEST_PROBES = 15.0, 60.0, 240.0  # seconds without a 429

_SHORT_WINDOW = 3  # seconds

# A 429.
_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_SHARE_KEPT, _SHARE_KEPT_ONCE, _SHARE_BACK, _LEAST_SHARE = 0.7, 0.9, 0.05, 0.05
_ALONE = 30.0  # seconds without another
_LONG_WAIT = 5.0  # seconds of Retry-After that tell of a window, not of a rate
_LONGEST_BURST, _IDLE, _FEWEST_IN_BURST = 300.0, 30.0, 5
_WINDOWS_BEFORE_MORE, _MOST_WINDOWS_BEFORE_MORE = 4, 64


@dataclass(slots=True)
class Window:
    """At most `count` requests in `seconds`."""

    count: int
    seconds: float


class Pacing:
    """Plans sends. Not thread-safe; times are seconds on any one clock.

    Parameters
    ----------
    keyed
        whether a key is sent: how careful the start is
    rate
        requests a second in place of the careful start
    """

    def __init__(self, *, keyed: bool = False, rate: float | None = None) -> None:
        self.keyed, self.rate_was_set = keyed, rate is not None
        self.even = False  # whether bursts were refused: nothing is known of those that the API bears
        self.found = False  # whether even sends were, which says where the limit is
        self.stated: dict[str, Window] = {}
        self.learned: Window | None = None  # a long window that a 429 told of
        self.share = 1.0  # of the stated limits, while others use the rest
        self.paused_until = -math.inf
        self.epoch = 0  # every pause begins another: what was planned before is void
        self.rate_allowed = CAREFUL_RATES[keyed] if rate is None else rate
        self._tier_known = rate is not None
        self._log: list[float] = []  # planned sends, and those of others as far as they are known; ascending
        self._log_full = _FEWEST_KEPT
        self._sent: list[float] = []  # when requests really went out; ascending
        self._through: deque[float] = deque(maxlen=10_000)  # planned sends of what was not refused
        self._round_trips: deque[float] = deque(maxlen=_ROUND_TRIPS)
        self._jitter, self._late = math.inf, 0.0
        self._answers = 0
        self._resets: dict[str, deque[int]] = {}
        self._largest_reset: dict[str, int] = {}
        self._resumed = -math.inf  # when the last pause ended
        self._decreased = -math.inf
        self._share_lowered = self._share_raised = -math.inf
        self._second_began, self._in_second = -math.inf, 0
        self._refused_rate, self._probed, self._probe_after = math.inf, -math.inf, _FIRST_PROBES
        self._probing = False  # whether a probe was the last that happened to the rate
        self._learned_at, self._windows_before_more = -math.inf, _WINDOWS_BEFORE_MORE

    def windows(self) -> Iterator[tuple[int, float]]:
        """What holds at present: counts, and seconds with the margin."""
        for window in self.stated.values():
            yield max(1, int(window.count * self.share)), window.seconds + self._margin(window.seconds)
        if not self.stated and self.even:
            yield 1, 1 / self.rate_allowed
        elif not self.stated:
            count = max(1, int(self.rate_allowed))
            yield count, count / self.rate_allowed
        if self.learned is not None:
            yield self.learned.count, self.learned.seconds + self._margin(self.learned.seconds)

    def earliest(self, now: float) -> float:
        """When a request that is planned now may be sent."""
        planned = max(now, self.paused_until)
        log = self._log
        gap = _GAP if self.share == 1 else math.inf
        for count, seconds in self.windows():
            # Who shares a limit sends evenly: a burst would be over before it is known what the others use.
            gap = min(gap, (0.8 if self.share == 1 else 0.95) * seconds / count)
            if count <= len(log):
                planned = max(planned, log[-count] + seconds)
        return max(planned, log[-1] + gap) if log else planned

    def take(self, planned: float) -> None:
        """Count a request as sent at the time that `earliest` has said."""
        self._log.append(planned)
        if len(self._log) >= self._log_full:
            kept = _FEWEST_KEPT + max(count for count, _ in self.windows())
            del self._log[: -min(kept, _LARGEST_COUNT)]
            self._log_full = 2 * len(self._log) + _FEWEST_KEPT
        self._recover(planned)
        if planned - self._second_began >= 1:
            if self._in_second >= _USED_UP * self.rate_allowed and not self.stated:
                self._use_more(planned)
            self._second_began, self._in_second = planned, 0
        self._in_second += 1

    def send(self, now: float) -> float:
        """Count a request as really sent now; or the seconds by which that is too soon.

        On a busy machine threads wake late, and what was planned well apart would go out together.
        """
        wait = 0.0
        for count, seconds in self.windows():
            if count >= _FEWEST_HELD_BACK and count <= len(self._sent):
                wait = max(wait, self._sent[-count] + seconds - now)
        if wait <= 0:
            self._sent.append(now)
            if len(self._sent) >= self._log_full:
                del self._sent[: -min(self._log_full // 2, _LARGEST_COUNT)]
        return wait

    def answered(self, sent_at: float, status: int, headers: Mapping[str, str], now: float) -> None:
        """Learn from an answer to the request that was planned for `sent_at`."""
        if status == _OK:
            self._measure(now - sent_at)
        if not self._tier_known and (tier := headers.get("x-rate-limit-tier")):
            self.keyed, self._tier_known = tier.strip().lower() != "anonymous", True
            if not self.found:
                careful = CAREFUL_RATES[self.keyed]
                self.rate_allowed = max(careful, self.rate_allowed) if self.keyed else min(careful, self.rate_allowed)
        limits = [(limit, self._window_of(limit)) for limit in stated_limits(headers)]
        if any(seconds for _, seconds in limits):
            # The last answer holds: what a stranger on the way stated once is not kept.
            self.stated = {limit.name: Window(limit.count, seconds) for limit, seconds in limits if seconds}
        for limit, seconds in limits:
            if seconds:
                self._see_others(limit, seconds, now)
        if status == _TOO_MANY:
            self._refused(sent_at, retry_after(headers), now)
        else:
            self._through.append(sent_at)

    def rate(self) -> float:
        """Requests a second allowed at present, over the tightest window."""
        return min(count / seconds for count, seconds in self.windows())

    def round_trip(self) -> float | None:
        """The median of recent round trips, in seconds."""
        times = sorted(self._round_trips)
        return times[len(times) // 2] if times else None

    def _margin(self, seconds: float) -> float:
        # At first little is measured, and threads and connections that begin are late.
        unsure = _LARGEST_MARGIN * seconds * max(0.0, 1 - self._answers / _ANSWERS_TO_BE_SURE)
        late = min(self._late, _LATE_MARGIN * seconds)
        return max(_SMALLEST_MARGIN, min(max(self._jitter, unsure, late), _LARGEST_MARGIN * seconds, _LONGEST_MARGIN))

    def _measure(self, round_trip: float) -> None:
        self._round_trips.append(max(0.0, round_trip))
        self._answers += 1
        times = self._round_trips
        # Not at every answer: a hundred chains ask for it all the time, and it moves slowly.
        if len(times) >= _FEWEST_ROUND_TRIPS and (self._answers % 10 == 0 or math.isinf(self._jitter)):
            mean = sum(times) / len(times)
            deviation = math.sqrt(sum((time - mean) ** 2 for time in times) / len(times))
            # A busy machine delays few sends, but those by far: the latest is one to expect, and again.
            latest = max(times) - mean
            self._late = max(latest, self._late * _LATE_FADES)
            self._jitter = max(_DEVIATIONS * deviation, latest)

    def _see_others(self, limit: StatedLimit, seconds: float, now: float) -> None:
        """What others used of a stated limit counts as if it had been sent from here."""
        if limit.remaining is None or limit.remaining > limit.count or limit.count > _LARGEST_COUNT:
            return
        own_since = now - seconds - self._margin(seconds) - max(self._round_trips, default=0.0)
        # What is planned for later than now cannot have been counted; one that was sent late can.
        own = len(self._log) - bisect.bisect_left(self._log, own_since)
        others = limit.count - limit.remaining - own
        if others > 0:
            over = now + min(limit.reset, seconds) if limit.reset is not None else now + seconds
            moment = over - seconds
            place = bisect.bisect(self._log, moment)
            self._log[place:place] = [moment] * others

    def _window_of(self, limit: StatedLimit) -> float:
        """The length of a window, 0 where nothing tells it: as stated, or else the largest reset, in whole seconds.

        Rounding makes 2 of a second now and then, which would halve the rate: of the shortest, the largest usual one.
        """
        if limit.seconds is not None:
            return limit.seconds
        if limit.reset is None:
            return self.stated[limit.name].seconds if limit.name in self.stated else 0.0
        recent = self._resets.setdefault(limit.name, deque(maxlen=50))
        recent.append(math.ceil(limit.reset))
        largest = self._largest_reset[limit.name] = max(recent[-1], self._largest_reset.get(limit.name, 0))
        if largest > _SHORT_WINDOW:
            return largest
        return max((reset for reset in set(recent) if 10 * recent.count(reset) >= len(recent)), default=0)

    def _refused(self, sent_at: float, wait: float | None, now: float) -> None:
        """A 429: everybody pauses; and, once for all that were under way, less is sent from now on."""
        until = now + min(_LONGEST_PAUSE, _PAUSE if wait is None else wait)
        if self.paused_until < now:
            self._resumed = self.paused_until
        if until > self.paused_until:
            self.paused_until = until
            self.epoch += 1
            del self._log[bisect.bisect_right(self._log, now) :]  # nobody sends these: they are planned anew
        if sent_at <= self._decreased:
            return
        self._decreased = now
        if wait is not None and wait >= _LONG_WAIT:
            self._learn_window(min(wait, _LONGEST_PAUSE), now)
        elif self.stated:
            if now - self._share_lowered >= self._shortest():
                # One alone was a send that was late; where they go on, others have their share.
                alone = now - self._share_lowered > _ALONE
                self.share = max(_LEAST_SHARE, self.share * (_SHARE_KEPT_ONCE if alone else _SHARE_KEPT))
                self._share_lowered = self._share_raised = now
        elif not self.even:
            self.even = True
            self.rate_allowed = max(1.0, _BELOW_FOUND * self.rate_allowed)
        else:
            through = sum(sent_at - 1 < moment <= sent_at for moment in self._through)
            self._refused_rate = max(_SHARE_KEPT * self.rate_allowed, min(float(through), self.rate_allowed))
            if self._probing:
                self._probe_after = min(_SLOWEST_PROBES, max(_FIRST_PROBES, 2 * self._probe_after))
            self.found, self._probing = True, False
            self.rate_allowed = max(1.0, _BELOW_FOUND * self._refused_rate)
            self._probed = now

    def _use_more(self, now: float) -> None:
        """The rate was used up for a second without a refusal."""
        if self.rate_was_set and not self.found:
            return
        if not self.found:
            self.rate_allowed = min(_FASTEST, self.rate_allowed * _GROWTH)
        elif now - self._probed >= self._probe_after:
            self.rate_allowed = min(_FASTEST, max(self.rate_allowed * _PROBE, self.rate_allowed + _SMALLEST_PROBE))
            self._probed, self._probing = now, True
            if self.rate_allowed > _PROBE * self._refused_rate:  # what limited it is gone, such as another process
                self._probe_after = _QUICK_PROBES

    def _recover(self, now: float) -> None:
        """Time without a refusal gives back what refusals took."""
        if self.share < 1 and now - max(self._share_raised, self._decreased) >= self._shortest():
            self.share = min(1.0, self.share + _SHARE_BACK)
            self._share_raised = now
        if self.learned is not None and now - self._learned_at >= self._windows_before_more * self.learned.seconds:
            self.learned.count = math.ceil(self.learned.count * 1.25)
            self._learned_at = now

    def _shortest(self) -> float:
        """Seconds of the shortest stated window, within reason."""
        return min((min(60.0, window.seconds) for window in self.stated.values()), default=1.0)

    def _learn_window(self, wait: float, now: float) -> None:
        """The API wants a long wait: as much as was let through since the burst began fits into the time until then."""
        began = max(self._resumed, now - _LONGEST_BURST)
        burst: list[float] = []
        for moment in reversed(self._through):
            if moment < began or (burst and burst[-1] - moment > _IDLE):
                break
            burst.append(moment)
        if len(burst) < _FEWEST_IN_BURST:
            return  # too few to tell a window from a whim
        seconds = now + wait - burst[-1]
        if self.learned is not None:
            self._windows_before_more = min(_MOST_WINDOWS_BEFORE_MORE, 2 * self._windows_before_more)
        self.learned = Window(len(burst), seconds)
        self._learned_at = now
