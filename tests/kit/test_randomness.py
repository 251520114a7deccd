"""Random bytes: never the same twice, in whatever thread or process they are asked for."""

import os
import threading

from campaign.kit.randomness import HELPING, random_bytes


def test_no_bytes_are_handed_out_twice_by_many_threads():
    taken = []
    threads = [
        threading.Thread(target=lambda: taken.extend(random_bytes(12) for _ in range(HELPING))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(taken)) == 8 * HELPING
    assert {len(each) for each in taken} == {12}


def test_the_largest_helping_is_whole():
    random_bytes(1)
    assert len(random_bytes(HELPING)) == HELPING


def test_a_child_process_gets_bytes_of_its_own():
    random_bytes(1)
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.write(write, random_bytes(16))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 16) != random_bytes(16)
    os.close(read)
    os.close(write)
