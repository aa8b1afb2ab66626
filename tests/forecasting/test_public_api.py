"""The package exports exactly what it says."""

import types

import forecasting


def test_all_is_exactly_what_is_exported() -> None:
    public = {
        name
        for name, value in vars(forecasting).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert set(forecasting.__all__) == public
    assert list(forecasting.__all__) == sorted(
        forecasting.__all__, key=lambda name: (not name.isupper(), not name[0].isupper(), name)
    )


def test_everything_exported_is_documented() -> None:
    for name in forecasting.__all__:
        value = getattr(forecasting, name)
        if callable(value):
            assert value.__doc__, name
