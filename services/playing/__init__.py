"""The parts of playing a case: reading its file, speaking to the services, waiting for quiet, comparing, printing."""
