# Makes a stage of what build.py has written: sh deploy.sh staging
set -e
values=$(python -c 'import json, sys; print(*map("=".join, json.load(open(sys.argv[1]))["Parameters"].items()))' "$1-config-export.json")
aws cloudformation deploy --template-file template-export.yml \
    --stack-name "sagemaker-$SAGEMAKER_PROJECT_NAME-$SAGEMAKER_PROJECT_ID-deploy-$1" \
    --parameter-overrides $values --capabilities CAPABILITY_NAMED_IAM --no-fail-on-empty-changeset \
    --tags "sagemaker:project-name=$SAGEMAKER_PROJECT_NAME" "sagemaker:project-id=$SAGEMAKER_PROJECT_ID"
