"""What inline functions find beside their code: AWS's module `cfnresponse` (`cfn-response` in Node.js), by
which they answer CloudFormation.

These modules run inside functions and import nothing of Penstock.
"""
