"""SageMaker Projects: what is made from a template, of Service Catalog's or of one in S3, under one name.

api.py       the operations            requests.py  what they ask for, checked
flow.py      what is done to a project, as a run: learn, ask, wait; pure
ways.py      the two ways, by a product and by a stack: what is asked of whom; pure
waiting.py   the activities: what a template declares, and what has become of it
model.py     the nouns                 answers.py   a project as it is told
"""
