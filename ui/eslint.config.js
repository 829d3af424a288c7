import js from '@eslint/js';
import { readdirSync } from 'node:fs';
import globals from 'globals';
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const tauri = {
  group: ['@tauri-apps/*'],
  message: 'Only src/lib/host/tauri.ts talks to Tauri; everything else uses the Host interface.',
};

// A feature may use lib/* and its own files, never another feature; what two features share moves to lib.
const features = readdirSync(new URL('./src/features', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/lib/api/generated'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-imports': ['error', { patterns: [tauri] }],
      'svelte/no-navigation-without-resolve': 'off',
      'svelte/no-at-html-tags': 'error',
      // Maps and parameters inside functions hold no state of a screen; the type says which ones do.
      'svelte/prefer-svelte-reactivity': 'off',
      'no-console': ['error', { allow: ['error'] }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { extraFileExtensions: ['.svelte'], parser: ts.parser, svelteConfig } },
  },
  {
    files: ['scripts/**', '*.js', '*.ts'],
    languageOptions: { globals: { ...globals.node } },
    rules: { 'no-console': 'off' },
  },
  { files: ['src/lib/host/tauri.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['src/lib/**'],
    ignores: ['src/lib/host/tauri.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [tauri, { group: ['**/features/**', '$features/**'], message: 'lib knows no feature.' }],
        },
      ],
    },
  },
  ...features.map((name) => ({
    files: [`src/features/${name}/**`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            tauri,
            {
              group: features
                .filter((other) => other !== name)
                .flatMap((other) => [
                  `**/features/${other}/**`,
                  `$features/${other}`,
                  `$features/${other}/**`,
                  `../${other}/**`,
                  `../${other}`,
                ]),
              message:
                'Features do not import each other: move what is shared to lib, or pass it in from src/App.svelte.',
            },
          ],
        },
      ],
    },
  })),
);
