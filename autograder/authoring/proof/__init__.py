"""The proof of the checks: mutants killed, right answers passed, no false alarm, one mark everywhere."""
