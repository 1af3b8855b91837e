"""The variables that processes of tests inherit are those that the tests were started with."""

HARMLESS = ("PYTEST_", "KMP_")  # pytest's own; how scikit-learn and XGBoost want their threads


def test_importing_the_tests_changes_no_variable(changed_by_imports: set[str]) -> None:
    assert not {name for name in changed_by_imports if not name.startswith(HARMLESS)}
