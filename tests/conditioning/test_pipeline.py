"""The pipeline: several batches are worked on at the same time, and nobody can tell from what comes out."""

import io
import sys
import threading
import time

import pytest

from conditioners.dialects import Delimited
from conditioners.engine import condition
from conditioners.inputs.raw import RawInput
from conditioners.limits import Limits
from conditioners.pipeline import in_order


def test_results_come_in_the_order_of_the_items_however_long_each_takes():
    second_is_done = threading.Event()

    def work(item):
        if item == 1:
            assert second_is_done.wait(10), "the second item has to be worked on beside the first"
        if item == 2:
            second_is_done.set()
        return item * 10

    assert list(in_order(work, range(1, 8), 2)) == [10, 20, 30, 40, 50, 60, 70]


def test_only_a_few_items_are_read_ahead():
    read = []

    def items():
        for number in range(100):
            read.append(number)
            yield number

    results = in_order(str, items(), 2)
    next(results)

    assert len(read) <= 3


@pytest.mark.parametrize("threads", [0, 1, 2, 4])
def test_an_item_that_cannot_be_read_fails_behind_the_results_of_those_before_it(threads):
    def items():
        yield from range(3)
        raise ValueError("no fourth item")

    came = []
    with pytest.raises(ValueError, match="no fourth item"):
        came.extend(in_order(str, items(), threads))
    assert came == ["0", "1", "2"]


@pytest.mark.parametrize("threads", [0, 1, 2, 4])
def test_an_item_that_fails_ends_the_results_at_its_place(threads):
    came = []
    with pytest.raises(ZeroDivisionError):
        came.extend(in_order(lambda item: 1 // (item - 3), range(10), threads))
    assert came == [-1, -1, -1]


def test_the_number_of_threads_changes_neither_output_nor_rejects_nor_summary(make_source, run, monkeypatch):
    monkeypatch.setattr("conditioners.engine.usable_cores", lambda: 8)
    header = "day,store,units,price,note\n"
    rows = [f"2024-01-{1 + n % 28:02d},{n // 28:03d},{n if n % 50 else 'x'},,\n" for n in range(2000)]
    rows[1990:1990] = [header, rows[7], "\n"]
    rows[40:40] = ["\n", '2024-01-01,001,"1,,\n', "1,2\n"]
    data = ("Some export\n" + header + "".join(rows) + "Total\n").encode()
    source = make_source(dialects=(Delimited(name="plain", until="Total"),))
    results = [run(source, data, limits=Limits(threads=threads, chunk_bytes=1000)) for threads in (0, 1, 2, 4)]

    causes = ["before the header row", "blank", "the header row again", "blank", "behind the table"]
    assert [cause for _, cause in results[0].outcome.summary.skipped] == causes
    assert results[0] == results[1] == results[2] == results[3]


def test_a_hook_is_never_called_twice_at_the_same_time(make_source, run):
    busy = threading.Lock()

    def hook(frame):
        assert busy.acquire(blocking=False), "the hook is already at work"
        time.sleep(0.001)
        busy.release()
        return frame

    rows = "".join(f"2024-01-{1 + n % 28:02d},{n // 28:03d},{n},,\n" for n in range(500))
    result = run(
        make_source(hook=hook), ("day,store,units,price,note\n" + rows).encode(), limits=Limits(chunk_bytes=500)
    )

    assert result.summary.rows_out == 500


def test_no_thread_is_left_when_the_output_cannot_be_written(toy):
    class Small(io.BytesIO):
        def write(self, data):
            if self.tell() > 2000:
                raise OSError("no space left on device")
            return super().write(data)

    rows = "".join(f"2024-01-{1 + n % 28:02d},{n // 28:03d},{n},,\n" for n in range(500))
    data = ("day,store,units,price,note\n" + rows).encode()
    raw = RawInput("toy/file.csv", lambda: io.BytesIO(data), len(data))
    with pytest.raises(OSError, match="no space left") as caught:
        condition(toy, raw, Small(), io.BytesIO(), Limits(chunk_bytes=500))

    assert caught.tb is not None, "somebody still holds the fault, and all that it came through"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("condition")]


def test_threads_take_short_turns_until_the_last_work_is_done_and_then_turns_as_long_as_before():
    before = sys.getswitchinterval()
    first, second = (in_order(str, range(9), 1) for _ in range(2))

    assert [next(first), next(second)] == ["0", "0"]
    first.close()
    assert sys.getswitchinterval() < before
    second.close()
    assert sys.getswitchinterval() == before
