<?php

// The books are those of the marketplace: its vendors see nothing of them.
$schema['controllers']['xero_connector'] = ['permissions' => false];

return $schema;
