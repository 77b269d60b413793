"""Writes test/fixtures/recipe/tfidf.json: what scikit-learn's TfidfVectorizer makes of a small corpus.

    python -m venv venv && venv/bin/pip install scikit-learn
    venv/bin/python bench/reference/tfidf.py

No two terms at the edge of max_features are equally frequent: there scikit-learn takes what a quicksort leaves.
"""

import json
from pathlib import Path

import sklearn
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "recipe" / "tfidf.json"

TRAIN = [
    "The cat sat on the mat, the cat slept.",
    "A dog ate the cat's food; the dog was naïve!",
    "Smoke & mirrors: dog_1 x dog_1 3.14 2nd",
    "",
    "Über den Wolken: Straße, straße, STRASSE",
    "the mat, the dog and the cat",
    "I a ? !",
]
NEW = ["the dog on the mat saw über dog_1", "nothing known here", "THE the tHe"]
CASES = [
    {"maxTerms": 100, "minDocuments": 1, "maxWords": 1},
    {"maxTerms": 100, "minDocuments": 2, "maxWords": 1},
    {"maxTerms": 3, "minDocuments": 1, "maxWords": 1},
    {"maxTerms": 200, "minDocuments": 1, "maxWords": 2},
    {"maxTerms": 200, "minDocuments": 1, "maxWords": 3},
    {"maxTerms": 4, "minDocuments": 2, "maxWords": 3},
]

cases = []
for case in CASES:
    vectorizer = TfidfVectorizer(
        max_features=case["maxTerms"],
        min_df=case["minDocuments"],
        ngram_range=(1, case["maxWords"]),
    )
    counts = CountVectorizer(min_df=case["minDocuments"], ngram_range=(1, case["maxWords"])).fit_transform(TRAIN)
    by_count = sorted(counts.toarray().sum(axis=0), reverse=True)
    if len(by_count) > case["maxTerms"]:
        assert by_count[case["maxTerms"] - 1] > by_count[case["maxTerms"]], by_count
    train = vectorizer.fit_transform(TRAIN).toarray()
    cases.append(
        {
            **case,
            "terms": list(vectorizer.get_feature_names_out()),
            "idf": vectorizer.idf_.tolist(),
            "train": train.tolist(),
            "new": vectorizer.transform(NEW).toarray().tolist(),
        }
    )

OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(
    json.dumps({"sklearn": sklearn.__version__, "train": TRAIN, "new": NEW, "cases": cases}, ensure_ascii=False) + "\n",
    encoding="utf-8",
)
