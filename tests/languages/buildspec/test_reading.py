"""Build specs: what a text means, and what is said of one that means nothing."""

from textwrap import dedent

import pytest

from penstock.languages.buildspec import BadBuildspec, OnFailure, read


def test_everything_a_build_spec_can_say_is_read() -> None:
    spec = read(
        dedent("""\
            version: 0.2
            run-as: builder
            env:
              shell: bash
              variables: {COUNT: 3, FLAG: yes, EMPTY: ""}
              parameter-store: {KEY: /keys/one}
              secrets-manager: {PASSWORD: "db:password"}
              exported-variables: [VERSION]
              git-credential-helper: yes
            phases:
              install:
                runtime-versions: {python: 3.10}
                commands: pip install -r requirements.txt
              build:
                run-as: root
                on-failure: RETRY-2-connection reset
                commands:
                  - make
                  - |
                    for each in a b; do
                      echo $each
                    done
                finally: [make clean]
            reports:
              unit:
                files: ["**/*.xml"]
                base-directory: out
                file-format: JunitXml
                discard-paths: yes
            artifacts:
              files: ["**/*", $EXTRA]
              name: app-$(date +%Y)
              base-directory: "dist*"
              exclude-paths: ["**/*.pyc"]
              enable-symlinks: yes
              s3-prefix: built
              secondary-artifacts:
                docs: {files: docs/*, discard-paths: yes}
            cache: {key: a-$B, fallback-keys: [a-], paths: [/root/.cache/**/*]}
            """)
    )

    install, build = spec.phases
    assert (spec.version, spec.run_as, spec.environment.shell) == ("0.2", "builder", "bash")
    assert spec.environment.variables == {"COUNT": "3", "FLAG": "yes", "EMPTY": ""}
    assert (spec.environment.parameter_store, spec.environment.secrets_manager) == (
        {"KEY": "/keys/one"},
        {"PASSWORD": "db:password"},
    )
    assert (spec.environment.exported, spec.environment.git_credential_helper) == (("VERSION",), True)
    assert (install.runtime_versions, install.commands) == (
        {"python": "3.10"},
        ("pip install -r requirements.txt",),
    )
    assert build.commands == ("make", "for each in a b; do\n  echo $each\ndone\n")
    assert (build.finally_commands, build.run_as) == (("make clean",), "root")
    assert build.on_failure == OnFailure("RETRY", 2, "connection reset")
    assert spec.artifacts is not None
    assert (spec.artifacts.files, spec.artifacts.exclude) == (("**/*", "$EXTRA"), ("**/*.pyc",))
    assert (spec.artifacts.name, spec.artifacts.enable_symlinks) == ("app-$(date +%Y)", True)
    assert spec.artifacts.s3_prefix == "built"
    assert [(each.identifier, each.discard_paths) for each in spec.secondary_artifacts] == [("docs", True)]
    assert [(each.group, each.file_format) for each in spec.reports] == [("unit", "JUNITXML")]
    assert (spec.cache.key, spec.cache.fallback_keys) == ("a-$B", ("a-",))
    assert spec.unknown == ()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ABORT", OnFailure("ABORT")),
        ("CONTINUE", OnFailure("CONTINUE")),
        ("RETRY", OnFailure("RETRY", 3, ".*")),
        ("RETRY-7", OnFailure("RETRY", 7, ".*")),
        ("RETRY-time.*out", OnFailure("RETRY", 3, "time.*out")),
        ("RETRY-0-x-y", OnFailure("RETRY", 0, "x-y")),
    ],
)
def test_what_is_done_when_a_phase_has_failed(text: str, meant: OnFailure) -> None:
    spec = read(f"version: 0.2\nphases: {{build: {{on-failure: '{text}', commands: [a]}}}}")

    assert spec.phases[0].on_failure == meant


def test_a_merge_key_and_an_anchor_are_what_they_stand_for() -> None:
    spec = read(
        dedent("""\
            version: 0.2
            phases:
              pre_build: &steps {commands: [one, two], finally: [three]}
              build:
                <<: *steps
                finally: [four]
            """)
    )

    assert spec.phases[1].commands == ("one", "two")
    assert spec.phases[1].finally_commands == ("four",)


def test_keys_that_mean_nothing_are_told() -> None:
    spec = read("version: 0.2\nphases: {build: {commands: a, runtime-versions: {x: 1}}}\nextra: 1")

    assert spec.unknown == ("extra", "phases.build.runtime-versions")


def test_the_first_version_has_other_names_for_variables() -> None:
    variables = "environment_variables: {plaintext: {A: old}}\nphases: {build: {commands: a}}"

    first, second = read(f"version: 0.1\n{variables}"), read(f"version: 0.2\n{variables}")

    assert (first.environment.variables, first.unknown) == ({"A": "old"}, ())
    assert (second.environment.variables, second.unknown) == ({}, ("environment_variables",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the build spec is empty"),
        ("a: [", "the build spec is not YAML: expected the node content, but found '<stream end>' at line 1, column 5"),
        ("just words", "the build spec must be a mapping, and is 'just words' at line 1"),
        ("phases: {}", "version is missing: a build spec begins with `version: 0.2`"),
        ("version: 3", "version must be 0.1 or 0.2, and is '3' at line 1"),
        ("version: 0.2", "phases must name at least one phase: build, install, post_build, pre_build"),
        (
            "version: 0.2\nphases: {deploy: {}}",
            'Invalid buildspec phase name: "deploy". Expecting: build,install,post_build,pre_build',
        ),
        (
            "version: 0.2\nphases:\n  build:\n    commands:\n      - a\n      - echo: b\n",
            "Expected Commands[1] to be of string type: found subkeys instead at line 6, value of the key tag on line "
            "6 might be empty",
        ),
        (
            "version: 0.2\nphases: {build: {on-failure: SKIP}}",
            "phases.build.on-failure must be ABORT, CONTINUE, RETRY, RETRY-count, RETRY-regex or RETRY-count-regex, "
            "and is 'SKIP' at line 2",
        ),
        (
            "version: 0.2\nphases: {build: {on-failure: 'RETRY-('}}",
            "phases.build.on-failure: '(' is no regular expression (missing ), unterminated subpattern at position 0)",
        ),
        (
            "version: 0.2\nenv: {shell: powershell.exe}\nphases: {build: {}}",
            "env.shell must be bash or /bin/sh, which are the shells that Penstock runs builds in, and is "
            "'powershell.exe' at line 2",
        ),
        (
            "version: 0.2\nenv: {exported-variables: [AWS_REGION]}\nphases: {build: {}}",
            "env.exported-variables: 'AWS_REGION' cannot be exported, since it begins with AWS_",
        ),
        (
            "version: 0.2\nenv: {variables: {a-b: 1}}\nphases: {build: {}}",
            "env.variables: 'a-b' is no name of a variable",
        ),
        (
            "version: 0.2\nphases: {build: {}}\nartifacts: {files: [a], discard-paths: maybe}",
            "artifacts.discard-paths must be yes or no, and is 'maybe' at line 3",
        ),
        ("version: 0.2\nphases: {build: {}}\nartifacts: {name: a}", "artifacts.files must name at least one file"),
        (
            "version: 0.2\nphases: {build: {}}\nreports: {a: {files: [b], file-format: PDF}}",
            "reports.a.file-format must be one of CLOVERXML, COBERTURAXML, CUCUMBERJSON, JACOCOXML, JUNITXML, "
            "NUNIT3XML, NUNITXML, SIMPLECOV, TESTNGXML, VISUALSTUDIOTRX, and is 'PDF' at line 3",
        ),
    ],
)
def test_what_is_no_build_spec_is_refused_with_the_place(text: str, message: str) -> None:
    with pytest.raises(BadBuildspec) as refused:
        read(text)

    assert str(refused.value) == message


MATRIX = """\
version: 0.2
batch:
  build-matrix:
    static:
      env: {type: LINUX_CONTAINER, privileged-mode: true}
    dynamic:
      env:
        image: [first, second]
        variables: {MY_VAR: [VALUE1, VALUE2, VALUE3]}
"""


def test_a_matrix_is_every_combination_of_its_values() -> None:
    batch = read(MATRIX).batch

    assert batch is not None
    assert [(each.image, each.variables["MY_VAR"]) for each in batch.builds] == [
        (image, value) for image in ("first", "second") for value in ("VALUE1", "VALUE2", "VALUE3")
    ]
    assert {(each.kind, each.privileged, each.ignore_failure) for each in batch.builds} == {
        ("LINUX_CONTAINER", True, False)
    }


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        (
            "{fast-fail: yes}",
            "batch must name one of build-list, build-graph, build-matrix, build-fanout, and names none",
        ),
        ("{build-list: [{}], build-fanout: {parallelism: 2}}", "names build-list and build-fanout"),
        ("{build-list: [{identifier: a}, {identifier: a}]}", "the identifier 'a' is there twice"),
        ("{build-list: [{identifier: a-b}]}", "'a-b' is no identifier"),
        ("{build-list: [{env: {compute-type: x, fleet: y}}]}", "'build1' has a compute-type and a fleet"),
        ("{build-graph: [{identifier: a, depend-on: [b]}]}", "'a' depends on 'b', which is no build of this batch"),
        ("{build-fanout: {parallelism: 0}}", "batch.build-fanout.parallelism must be a number from 1 to 100"),
    ],
)
def test_what_is_wrong_with_a_batch_is_said(batch: str, said: str) -> None:
    with pytest.raises(BadBuildspec) as refused:
        read(f"version: 0.2\nbatch: {batch}")

    assert said in str(refused.value)
