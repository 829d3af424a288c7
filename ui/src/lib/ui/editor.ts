/** CodeMirror with Hearth's colours. Loaded only when an editor is shown. */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { json } from '@codemirror/lang-json';
import { python } from '@codemirror/lang-python';
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Language } from './language';

export interface EditorOptions {
  parent: HTMLElement;
  text: string;
  language: Language;
  label: string;
  readOnly: boolean;
  onchange: (text: string) => void;
}

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--bg-well)', color: 'var(--tx-1)', fontSize: '12.5px' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': {
    fontFamily: 'var(--font-mono)',
    lineHeight: '19px',
    letterSpacing: '-.01em',
    scrollbarWidth: 'thin',
  },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--ember)' },
  '.cm-gutters': { backgroundColor: 'var(--bg-well)', color: 'var(--tx-3)', border: '0', fontSize: '11.5px' },
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'color-mix(in oklch, var(--tx-1) 5%, transparent)',
  },
  '.cm-cursor': { borderLeftColor: 'var(--ember)', borderLeftWidth: '2px' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--bg-sel) !important',
  },
  '.cm-panels': { backgroundColor: 'var(--bg-2)', color: 'var(--tx-1)' },
  '.cm-tooltip': { backgroundColor: 'var(--bg-2)', border: '1px solid var(--line-2)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--bg-4) !important' },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--k-key)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--k-str)' },
  { tag: tags.number, color: 'var(--k-num)' },
  { tag: [tags.keyword, tags.bool, tags.null, tags.operatorKeyword], color: 'var(--k-kw)' },
  {
    tag: [
      tags.function(tags.variableName),
      tags.function(tags.propertyName),
      tags.definition(tags.function(tags.variableName)),
    ],
    color: 'var(--k-fn)',
  },
  { tag: tags.comment, color: 'var(--k-com)' },
]);

function grammar(language: Language): Extension {
  switch (language) {
    case 'json':
      return json();
    case 'javascript':
      return javascript({ typescript: true });
    case 'python':
      return python();
    case 'text':
      return [];
  }
}

export interface RunningEditor {
  /** Replaces the text, keeping the place when it is the same. */
  set(text: string): void;
  focus(): void;
  destroy(): void;
}

export function startEditor(options: EditorOptions): RunningEditor {
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        foldGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of('  '),
        bracketMatching(),
        closeBrackets(),
        autocompletion(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        // Ctrl Enter runs the function and Escape then Tab leaves the editor, so neither is taken here.
        keymap.of([
          ...closeBracketsKeymap,
          ...defaultKeymap.filter((binding) => binding.key !== 'Mod-Enter'),
          ...searchKeymap,
          ...historyKeymap,
          ...foldKeymap,
          ...completionKeymap,
          indentWithTab,
        ]),
        grammar(options.language),
        syntaxHighlighting(colours),
        look,
        EditorState.readOnly.of(options.readOnly),
        EditorView.contentAttributes.of({ 'aria-label': options.label, tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onchange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    set(text) {
      if (view.state.doc.toString() === text) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
