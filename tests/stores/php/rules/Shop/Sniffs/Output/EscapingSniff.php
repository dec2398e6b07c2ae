<?php
declare(strict_types=1);

namespace Shop\Sniffs\Output;

use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Sniffs\Sniff;

/**
 * What leaves for a browser is a template, which escapes, or JSON.
 *
 * Nothing is printed but by Answer; `setOutput()` takes a view or JSON; what a visitor sent is read through OpenCart
 * or, by the library, as it came. Functions that run text as code, or make objects of it, are not used.
 */
final class EscapingSniff implements Sniff
{
    private const PRINTING = [T_ECHO, T_PRINT, T_OPEN_TAG_WITH_ECHO, T_INLINE_HTML];
    private const FORBIDDEN = [
        'assert', 'eval', 'extract', 'unserialize', 'var_dump', 'print_r', 'var_export', 'printf', 'vprintf', 'passthru',
        'exec', 'shell_exec', 'system', 'popen', 'proc_open', 'md5', 'sha1', 'rand', 'mt_rand', 'uniqid', 'floatval',
    ];
    private const GLOBALS = ['$_GET', '$_POST', '$_REQUEST', '$_COOKIE', '$_FILES', '$GLOBALS'];

    public function register()
    {
        return array_merge(self::PRINTING, [T_STRING, T_EVAL, T_VARIABLE, T_DOUBLE_CAST, T_BACKTICK]);
    }

    public function process(File $file, $stackPtr)
    {
        $token = $file->getTokens()[$stackPtr];
        $isAnswer = basename($file->getFilename()) === 'Answer.php';
        if (in_array($token['code'], self::PRINTING, true) && !$isAnswer) {
            $file->addError('Nothing is printed: use a template or JSON.', $stackPtr, 'Printed');
        }
        if (in_array($token['code'], [T_EVAL, T_DOUBLE_CAST, T_BACKTICK], true)) {
            $file->addError('%s is not used here.', $stackPtr, 'Forbidden', [$token['content']]);
        }
        if ($token['code'] === T_VARIABLE && in_array($token['content'], self::GLOBALS, true)) {
            $file->addError('%s is read through OpenCart.', $stackPtr, 'Global', [$token['content']]);
        }
        if ($token['code'] === T_STRING) {
            $this->processName($file, $stackPtr);
        }
    }

    private function processName(File $file, int $at): void
    {
        $tokens = $file->getTokens();
        $open = $file->findNext(T_WHITESPACE, $at + 1, null, true);
        if ($open === false || $tokens[$open]['code'] !== T_OPEN_PARENTHESIS) {
            return;
        }
        $before = $tokens[$file->findPrevious(T_WHITESPACE, $at - 1, null, true)]['code'];
        $isMethod = in_array($before, [T_OBJECT_OPERATOR, T_DOUBLE_COLON, T_FUNCTION], true);
        $name = strtolower($tokens[$at]['content']);
        if (!$isMethod && in_array($name, self::FORBIDDEN, true)) {
            $file->addError('%s() is not used here.', $at, 'Forbidden', [$name]);
        }
        if ($name === 'setoutput' && $isMethod) {
            $argument = $file->getTokensAsString($open + 1, $tokens[$open]['parenthesis_closer'] - $open - 1);
            if (!preg_match('/^\s*(\$this->load->view\(|json_encode\()/', $argument)) {
                $file->addError('setOutput() takes a view or JSON.', $at, 'Output');
            }
        }
    }
}
