<?php

// A connector of sorts, for CurlSenderTest: PHP's own server runs this file for each request.
switch ($_SERVER['REQUEST_URI']) {
    case '/echo':
        echo json_encode([
            'signature' => $_SERVER['HTTP_X_SIGNATURE'],
            'type' => $_SERVER['CONTENT_TYPE'],
            'body' => file_get_contents('php://input'),
        ]);
        break;
    case '/hang':
        sleep(3);
        break;
    case '/redirect':
        header('Location: /echo', true, 302);
        break;
    case '/long':
        echo str_repeat('x', 1000000);
        break;
}
