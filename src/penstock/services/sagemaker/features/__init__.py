"""Feature Store: groups of features, the newest record of each identifier online, every record ever put offline.

    PutRecord ──► one commit: feature_record (if it is the newest) + feature_shipment ──► answered
                                                                          │ every few seconds, or thousands
                    s3://…/data/year=/month=/day=/hour=/….parquet ◄── `shipping`

    groups     operations on groups (their lives: `flow`)     features   what is told of single features
    records    the runtime's operations                      values     what a record may hold (`times`: and when)

The table of a group is Glue's, and SQL over it is Athena's: both are asked like anybody else's services.
"""
