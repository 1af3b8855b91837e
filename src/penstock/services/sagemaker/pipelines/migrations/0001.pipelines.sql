-- depends: 0001.store
-- Pipelines that were made before there were versions: what they have is their version 1, and all their executions ran it.

INSERT INTO document (kind, account, region, name, arn, parent, status, created_at, modified_at, token, body)
SELECT 'sagemaker/pipeline-version', account, region, name || '/000000001', '', name, '', modified_at, modified_at, token,
       CAST(json_object('PipelineVersionId', 1,
                        'PipelineDefinition', json_extract(CAST(body AS TEXT), '$.PipelineDefinition'),
                        'CreatedBy', json(coalesce(json_extract(CAST(body AS TEXT), '$.CreatedBy'), '{}'))) AS BLOB)
FROM document
WHERE kind = 'sagemaker/pipeline' AND json_extract(CAST(body AS TEXT), '$.PipelineVersionId') IS NULL;

UPDATE document
SET body = CAST(json_set(CAST(body AS TEXT), '$.PipelineVersionId', 1) AS BLOB)
WHERE kind IN ('sagemaker/pipeline', 'sagemaker/pipeline-execution')
  AND json_extract(CAST(body AS TEXT), '$.PipelineVersionId') IS NULL;
