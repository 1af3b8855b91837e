-- What Step Functions tells the bus is among what every service tells it.
-- depends: 0002.stepfunctions-redrives 0003.engine

INSERT INTO notice (account, region, entry) SELECT account, region, entry FROM sfn_notice ORDER BY place;
DROP TABLE sfn_notice;
