"""How AWS's SDK for Java spells services, operations and members, as Step Functions and EventBridge Scheduler do."""
