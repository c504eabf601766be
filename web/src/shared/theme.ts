/** The look. Mantine's own greys and tints stop short of 4.5:1 in places, so those shades are named here. */
import { createTheme, type CSSVariablesResolver } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'teal',
  // Filled buttons and badges take a shade dark enough for white text.
  primaryShade: { light: 9, dark: 9 },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Devanagari", sans-serif',
  headings: { fontFamily: 'inherit' },
  autoContrast: true,
  respectReducedMotion: true,
});

/** Text on the tint of its own colour. */
const onTint = (shades: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(shades).map(([color, shade]) => [`--mantine-color-${color}-light-color`, shade]),
  );

export const variables: CSSVariablesResolver = () => ({
  // Hovered, a button gets darker; Mantine would make the darkest shade lighter.
  variables: {
    '--mantine-primary-color-filled-hover': '#06664a',
    '--mantine-color-teal-filled-hover': '#06664a',
  },
  light: {
    '--mantine-color-dimmed': '#565d64',
    '--mantine-color-placeholder': '#626a72',
    '--mantine-color-error': '#c21f1f',
    ...onTint({
      teal: '#065c42',
      red: '#a11212',
      yellow: '#6b4700',
      orange: '#8a3700',
      blue: '#11518f',
      grape: '#7a1f8a',
      gray: '#40464d',
    }),
  },
  dark: {
    '--mantine-color-dimmed': '#b0b4ba',
    '--mantine-color-placeholder': '#a3a8ae',
    '--mantine-color-error': '#ff9b9b',
    '--mantine-color-anchor': '#63e6be',
    ...onTint({
      teal: '#8ff0d0',
      red: '#ffb3b3',
      yellow: '#ffe08a',
      orange: '#ffc78a',
      blue: '#a5d8ff',
      grape: '#eebefa',
      gray: '#d0d4d9',
    }),
  },
});
