"""Model Monitor: job definitions, schedules, and the executions that they lead to.

    CreateMonitoringSchedule ──► document + alarm ──► rings ──► run "sagemaker.monitoring-execution"
        looking    which captured data, which labels: what of the window is in S3
        (merging)  a processing job that joins captured data and labels, for model quality and model bias
        analysing  a processing job with AWS's container contract; its exit message is the verdict

model.py        the kinds of monitoring, an execution's plan and state       settings.py  how often at the most
timing.py       when a schedule fires, and which window it is about          asking.py    what requests may ask
definitions.py  operations on job definitions          api.py  on schedules          history.py  on executions, alerts
ringing.py      alarms, and what happens when one rings
flow.py         an execution's decisions        looking.py  what there is in S3        contract.py  the jobs' requests
rows.py         executions and alerts, in tables            alerts.py  when a schedule is in alert
room.py         the room, furnished
"""
