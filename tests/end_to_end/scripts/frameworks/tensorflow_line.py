"""Learns a line with Keras, and writes it as TensorFlow Serving reads it."""

import argparse
import os
from pathlib import Path

import numpy as np
import tensorflow as tf

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int)
arguments, _ = parser.parse_known_args()

tf.keras.utils.set_random_seed(0)
inputs = np.linspace(-1, 1, 64, dtype=np.float32).reshape(-1, 1)
model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
model.compile(tf.keras.optimizers.SGD(0.5), "mse")
model.fit(inputs, 3 * inputs + 1, batch_size=64, epochs=arguments.epochs, verbose=0)
model.export(str(Path(os.environ["SM_MODEL_DIR"], "1")))
