<?php

// The bar over chosen rows, in versions that have one; others have the same in the list's own menu of tools.
$schema['items']['xero_connector'] = [
    'name' => ['template' => 'xero_connector.ask'],
    'dispatch' => 'xero_connector.m_products',
    'position' => 1100,
];

return $schema;
