"""Writes test/fixtures/recipe/smote.json: the neighbours that imbalanced-learn's SMOTE and SMOTENC take.

    python -m venv venv && venv/bin/pip install imbalanced-learn
    venv/bin/python bench/reference/smote.py
"""

import json
from pathlib import Path

import imblearn
import numpy as np
from imblearn.over_sampling import SMOTE, SMOTENC

OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "recipe" / "smote.json"
rng = np.random.default_rng(5)


def recording(cls):
    class Recording(cls):
        def _make_samples(self, X, y_dtype, y_type, nn_data, nn_num, n_samples, *rest, **more):
            self.neighbours = nn_num.tolist()
            return super()._make_samples(X, y_dtype, y_type, nn_data, nn_num, n_samples, *rest, **more)

    return Recording


RARE, FREQUENT = 40, 60
numbers = np.round(rng.normal(size=(RARE + FREQUENT, 3)) * [1, 5, 0.5], 4)
colour = rng.choice(["red", "green", "blue"], size=RARE + FREQUENT, p=[0.5, 0.3, 0.2])
size = rng.choice(["s", "m"], size=RARE + FREQUENT)
y = np.array(["rare"] * RARE + ["frequent"] * FREQUENT)

smote = recording(SMOTE)(k_neighbors=5, random_state=0)
smote.fit_resample(numbers, y)
mixed = np.hstack([numbers.astype(object), colour[:, None], size[:, None]])
smotenc = recording(SMOTENC)(categorical_features=[3, 4], k_neighbors=5, random_state=0)
smotenc.fit_resample(mixed, y)

OUT.write_text(
    json.dumps(
        {
            "imblearn": imblearn.__version__,
            "numbers": numbers.tolist(),
            "colour": colour.tolist(),
            "size": size.tolist(),
            "y": y.tolist(),
            "smote": smote.neighbours,
            "smotenc": smotenc.neighbours,
            "median": float(smotenc.median_std_["rare"]),
        }
    )
    + "\n",
    encoding="utf-8",
)
