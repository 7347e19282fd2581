"""Figures of speed and memory, as ratios against a floor and a peer measured in the same run: ``make bench``."""
