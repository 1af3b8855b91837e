"""Teaches a tiny BERT two words with transformers' Trainer, and writes what a pipeline reads."""

import os
from pathlib import Path

from datasets import Dataset
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertTokenizer,
    Trainer,
    TrainingArguments,
    set_seed,
)

set_seed(0)
words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad"]
Path("vocab.txt").write_text("\n".join(words))
tokenizer = BertTokenizer("vocab.txt")
config = BertConfig(
    vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
    max_position_embeddings=16, id2label={0: "BAD", 1: "GOOD"}, label2id={"BAD": 0, "GOOD": 1},
)  # fmt: skip
rows = Dataset.from_dict({"text": ["good", "bad"] * 32, "labels": [1, 0] * 32})
rows = rows.map(lambda row: tokenizer(row["text"]), remove_columns=["text"])
arguments = TrainingArguments(
    output_dir="/tmp/checkpoints",
    num_train_epochs=10,
    learning_rate=0.01,
    report_to=[],
    save_strategy="no",
    use_cpu=True,
)
trainer = Trainer(BertForSequenceClassification(config), arguments, train_dataset=rows, processing_class=tokenizer)
trainer.train()
trainer.save_model(os.environ["SM_MODEL_DIR"])
tokenizer.save_pretrained(os.environ["SM_MODEL_DIR"])
