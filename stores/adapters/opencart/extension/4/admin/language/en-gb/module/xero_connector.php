<?php

// Heading
$_['heading_title']     = 'Xero Connector';

// Text
$_['text_extension']    = 'Extensions';
$_['text_status']       = 'Switched on';
$_['text_code']         = 'Pairing code';
$_['text_copy']         = 'Copy';
$_['text_copied']       = 'Copied';
$_['text_paired']       = 'Paired with';
$_['text_unpaired_yet'] = 'Not paired yet: paste the pairing code into the connector.';
$_['text_callback']     = 'Hints go to';
$_['text_contact']      = 'Last contact';
$_['text_never']        = 'Never';
$_['text_hidden']       = 'You may see these settings, but not the pairing code.';
$_['text_saved']        = 'Saved.';
$_['text_reached']      = 'The connector answers.';
$_['text_unpaired']     = 'Unpaired. To pair again, paste the pairing code into the connector.';
$_['text_renewed']      = 'New keys were made and the old ones no longer work. Paste the new pairing code into the connector.';
$_['text_attention']    = 'What needs attention';
$_['text_polled']       = 'This server cannot send hints after a page has left, so the connector hears of changes when it next asks. Nothing is lost.';
$_['text_pushed']       = 'Changes are told to the connector after the page has left; a customer never waits for it.';

// Button
$_['button_test']       = 'Test';
$_['button_unpair']     = 'Unpair';
$_['button_renew']      = 'New keys';

// Help
$_['help_status']       = 'Switched off, the shop answers the connector with nothing but that, and tells it nothing.';
$_['help_code']         = 'It holds the secret of this shop. Paste it once into the connector (on the page of the store, or manage.py pair --store NAME CODE) and show it to nobody else.';
$_['help_renew']        = 'The present keys stop working at once and the shop is unpaired. Do it when the pairing code may have been seen by somebody else.';

// Error
$_['error_permission']  = 'You do not have permission to change the Xero connector.';
