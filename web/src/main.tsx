/** Starts the console: the language first, so that nothing is ever drawn in the wrong one. */
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './shared/app.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './App';
import { startI18n } from './shared/i18n';

const root = document.getElementById('root');
if (root) {
  void startI18n().then(() =>
    createRoot(root).render(
      <StrictMode>
        <App />
      </StrictMode>,
    ),
  );
}
