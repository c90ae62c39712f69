"""Memory that bytes pass through: bounded, whole, and gone afterwards."""

import os
import socket

import pytest

from autograder.sandbox.relay import PART, Relay


def test_what_comes_through_a_pipe_goes_into_a_socket():
    """Bytes arrive as they were sent, however they were cut."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    ours, theirs = socket.socketpair()
    with Relay(1000) as relay, ours, theirs:
        for part in (b"first ", b"second"):
            os.write(writing, part)
            assert relay.collect(reading)
        assert not relay.collect(reading)  # nothing is there
        os.close(writing)
        assert not relay.collect(reading)  # nothing will come
        relay.send(ours)
        assert theirs.recv(100) == relay.copy() == b"first second"
    os.close(reading)


def test_beyond_the_room_bytes_are_thrown_away():
    """What does not fit is read all the same, so that the sender is not held up."""
    reading, writing = os.pipe()
    with Relay(10) as relay:
        os.write(writing, b"x" * 5000)
        assert relay.collect(reading)
        assert relay.is_full
        assert relay.copy() == b"x" * 10
        os.write(writing, b"y" * PART)
        assert relay.collect(reading)
        assert relay.copy() == b"x" * 10
    os.close(reading)
    os.close(writing)


def test_a_sender_that_leaves_ends_the_reception():
    """A socket that closes before all has come is the end of the sender."""
    ours, theirs = socket.socketpair()
    with Relay(10) as relay, theirs:
        ours.sendall(b"half")
        ours.close()
        with pytest.raises(EOFError):
            relay.receive(theirs)


def test_afterwards_the_memory_is_gone():
    """A relay that is closed cannot be read any more."""
    with Relay(10) as relay:
        pass

    with pytest.raises(ValueError, match="closed"):
        relay.copy()
